"""The head of a request is bounded as its body is: uvicorn's parser alone would keep as many headers as are sent."""

from typing import Final

from api.one_write import OneWrite

HEAD_LIMIT: Final = 65_536
"""About the most bytes of address and headers: room for a long query by GET and for any token."""


class Protocol(OneWrite):
    """uvicorn's protocol, which answers 400 and closes when a head does not end."""

    _in_head = False
    _head = 0

    def data_received(self, data: bytes) -> None:
        """Count what arrives between the beginning and the end of a head."""
        began_in_head = self._in_head
        super().data_received(data)
        if began_in_head and self._in_head:
            self._head += len(data)
            if self._head > HEAD_LIMIT:
                self._in_head = False
                self.send_400_response("The head of the request is too long.")

    def on_message_begin(self) -> None:
        """A request begins, and with it its head."""
        self._in_head = True
        self._head = 0
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The head has ended."""
        self._in_head = False
        super().on_headers_complete()
