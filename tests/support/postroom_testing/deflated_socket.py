"""The client's side of COMPRESS=DEFLATE (RFC 4978): a socket on top of another."""

import zlib

RAW = -zlib.MAX_WBITS


class DeflatedSocket:
    def __init__(self, below, received):
        """`received` came from the one below already."""
        self.below = below
        self.received = received
        self.compressor = zlib.compressobj(wbits=RAW)
        self.decompressor = zlib.decompressobj(wbits=RAW)

    def settimeout(self, seconds):
        self.below.settimeout(seconds)

    def sendall(self, octets):
        self.below.sendall(
            self.compressor.compress(octets) + self.compressor.flush(zlib.Z_SYNC_FLUSH)
        )

    def recv(self, size):
        """Something, or nothing when the server has closed."""
        while True:
            octets, self.received = self.received or self.below.recv(size), b""
            inflated = self.decompressor.decompress(octets)
            if inflated or not octets:
                return inflated

    def get_channel_binding(self, kind):
        return self.below.get_channel_binding(kind)

    def close(self):
        self.below.close()
