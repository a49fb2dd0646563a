"""The next page is fetched while the one before is being written."""

from threading import Thread


class ReadAhead:
    """A transport that asks for the following page in the background.

    One page and one thread at most, and the thread knows nothing but the transport.
    Whatever else is asked waits for it, so that two threads never share the client.

    :param transport: one of `transport.TRANSPORTS`; everything but `page` is its own
    """

    def __init__(self, transport):
        self._transport = transport
        self._ahead = None

    def page(self, kind, start, size, since=None):
        """See `FhirTransport.page`; what went wrong ahead of time is raised here."""
        asked = (kind, start, size, since)
        ahead = self._settle()
        if ahead and ahead.asked == asked:
            page = ahead.answer()
        else:
            page = self._transport.page(*asked)
        if start + size < (page.total or 0):
            following = (kind, start + size, size, since)
            self._ahead = _Ahead(self._transport, following)
            self._ahead.start()
        return page

    def _settle(self):
        """Wait for the thread at work, if any; the client is free afterwards."""
        ahead, self._ahead = self._ahead, None
        if ahead:
            ahead.join()
        return ahead

    def __getattr__(self, name):
        self._ahead = self._settle()
        return getattr(self._transport, name)


class _Ahead(Thread):
    """One page being fetched. A daemon: a server that stops does not wait for it."""

    def __init__(self, transport, asked):
        super().__init__(name="openimis-read-ahead", daemon=True)
        self.asked = asked
        self._transport = transport
        self._page = None
        self._error = None

    def run(self):
        """Fetch the page; what goes wrong is kept for who asks for it."""
        try:
            self._page = self._transport.page(*self.asked)
        except Exception as error:  # whoever asks for this page is told
            self._error = error

    def answer(self):
        """Return the page, once the thread has ended.

        :rtype: transport.Page
        :raises Exception: what fetching it raised
        """
        if self._error:
            raise self._error
        return self._page
