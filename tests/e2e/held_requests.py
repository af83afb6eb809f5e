"""Hold back requests of a page, to test what happens meanwhile."""


class HeldRequests:
    """The requests of a page to an address, which the server gets when they are released.

    The test uses the fixture `early_routing`.
    """

    def __init__(self, page, address):
        self._page, self._routes, self._is_released = page, [], False
        page.route(address, self._hold)

    def _hold(self, route):
        if self._is_released:
            route.continue_()
        else:
            self._routes.append(route)

    def release(self):
        while not self._routes:
            self._page.wait_for_timeout(20)
        self._is_released = True
        for route in self._routes:
            route.continue_()
