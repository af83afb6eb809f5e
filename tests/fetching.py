"""Run the fetches that pages have queued, as the worker of `make run` does."""

from monitoring.services import fetches


def fetched(client, response):
    """Return the page that a person sees when the fetch is done that `response` shows the progress of."""
    assert response.status_code == 302, response.content.decode()[:2000]
    assert "Waiting for" in client.get(response.url).content.decode()
    assert fetches.run_queued() == 1
    return client.get(response.url, follow=True)
