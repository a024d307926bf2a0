"""Roundcube on PHP's own web server, with a SQLite database, in a folder of the test."""

import os
import re
import shutil
import signal
import subprocess
import time
import urllib.request

from client_test import unpacked

PACKAGES = """roundcube-core roundcube-plugins libjs-bootstrap4 libjs-codemirror libjs-jquery
    libjs-jquery-minicolors libjs-jquery-ui libjs-jstimezonedetect libjs-popper.js php-pear
    php-auth-sasl php-mail-mime php-masterminds-html5 php-net-smtp php-net-socket""".split()

SETTINGS = """<?php
$config = [
    'db_dsnw' => 'sqlite:///{folder}/roundcube.sqlite?mode=0600',
    'imap_host' => 'ssl://localhost:{port}',
    'imap_conn_options' => ['ssl' => ['cafile' => '{certificate}']],
    'imap_log_session' => false,
    'log_dir' => '{folder}/logs/',
    'temp_dir' => '{folder}/temp/',
    'des_key' => 'twenty-four-octets-in-it',
    'plugins' => ['acl'],
    'skin' => 'elastic',
    'language' => 'en_US',
];
"""

PATHS = """<?php
define('INSTALL_PATH', '{root}/usr/share/roundcube/');
define('RCMAIL_CONFIG_DIR', '{folder}/config');
"""


ALL_IS_WELL = re.compile(r" (Accepted|Closing|\[[23]\d\d\]: .*|.* started)$")


class Website:
    def __init__(self, server):
        self.root = unpacked("roundcube", PACKAGES)
        self.folder = server.folder / "roundcube"
        self.port = server.world.ports.take()
        self.url = f"http://localhost:{self.port}/"
        for name in ("config", "logs", "temp"):
            (self.folder / name).mkdir(parents=True)
        values = {
            "folder": self.folder,
            "root": self.root,
            "port": server.imaps_port,
            "certificate": server.world.certificate,
        }
        for name in ("defaults.inc.php", "mimetypes.php"):
            shutil.copy(self.root / "etc/roundcube" / name, self.folder / "config")
        self._write("config/config.inc.php", SETTINGS, values)
        self._write("paths.php", PATHS, values)

    def _write(self, name, text, values):
        for key, value in values.items():
            text = text.replace(f"{{{key}}}", str(value))
        (self.folder / name).write_text(text)

    def __enter__(self):
        with open(self.folder / "php.log", "wb") as log:
            self.process = subprocess.Popen(
                [
                    "/usr/bin/php",
                    *("-d", f"auto_prepend_file={self.folder}/paths.php"),
                    *("-d", f"include_path=.:{self.root}/usr/share/php"),
                    *("-S", f"localhost:{self.port}"),
                    *("-t", self.root / "usr/share/roundcube"),
                ],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=dict(os.environ, PHP_CLI_SERVER_WORKERS="4"),
                start_new_session=True,
            )
        deadline = time.monotonic() + 20
        while True:
            try:
                with urllib.request.urlopen(self.url, timeout=20) as page:
                    if b"rcmloginuser" not in page.read():
                        raise AssertionError(f"no page to log in by:\n{self.log()}")
                return self
            except OSError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise AssertionError(f"no web server:\n{self.log()}") from None
                time.sleep(0.05)

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGTERM)  # its workers, too
        self.process.wait(20)

    def log(self):
        """What went wrong."""
        logs = [self.folder / "php.log", *sorted((self.folder / "logs").glob("*"))]
        lines = "".join(path.read_text("utf-8", "replace") for path in logs).splitlines()
        return "\n".join([line for line in lines if not ALL_IS_WELL.search(line)][-20:])
