"""Tokens and client certificates for alice and bob, that a server believes."""

import postroom_testing.credentials as credentials

__all__ = ["credentials", "reload", "vouch"]


def reload(server, settings):
    """All workers have them."""
    reloaded = server.log_text().count("event=reloaded")
    server.configure(settings)
    server.signal("HUP")
    server.wait_for_log("event=reloaded", reloaded + server.settings["workers"])


def vouch(server):
    """In the server's folder: ec.key, rsa.key for tokens; ca.pem, alice.pem, bob.pem."""
    folder = server.folder
    credentials.make_key(folder / "ec")
    credentials.make_key(folder / "rsa", "RSA")
    credentials.make_authority(folder / "ca")
    for user in ("alice", "bob"):
        address = f"{user}@example.org"
        credentials.make_certificate(folder / "ca", folder / user, f"/CN={user}", [address])
    reload(
        server,
        {
            "login_domains": ["example.org"],
            "oauth.keys": [str(folder / "ec.pub"), str(folder / "rsa.pub")],
            "oauth.issuer": credentials.ISSUER,
            "oauth.audience": [credentials.AUDIENCE],
            "tls.client_certificate": "optional",
            "tls.client_ca": str(folder / "ca.pem"),
        },
    )
