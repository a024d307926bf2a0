"""A root folder for a peer to be chrooted into: its Debian packages and all that
they depend on, unpacked. Nothing is installed, so that peers that conflict with
each other, or with what the machine has, can run side by side, each with the
paths and users that Debian gives it.
"""

import os
import shutil
import stat
import subprocess

DEVICES = {"null": (1, 3), "zero": (1, 5), "random": (1, 8), "urandom": (1, 9)}
# Ids that nobody has on the machine.
USERS = {"dovecot": 61901, "dovenull": 61902, "vmail": 61903, "cyrus": 61904}
GROUPS = {"mail": 61905, "sasl": 61906}


class Root:
    def __init__(self, folder, archives, packages):
        self.folder = folder
        self.archives = archives
        self.packages = packages

    def make(self, group_lines=()):
        self._download()
        self.folder.mkdir()
        for archive in self.archives.glob("*.deb"):
            subprocess.run(["dpkg-deb", "-x", archive, self.folder], check=True)
        self._add_devices()
        self._add_accounts(group_lines)
        for name in ("run", "srv", "tmp"):
            (self.folder / name).mkdir(exist_ok=True)
        (self.folder / "tmp").chmod(0o1777)
        subprocess.run(["/sbin/ldconfig", "-r", self.folder], check=True)

    def _apt(self, *command):
        """apt-get as if nothing was installed yet; what went wrong, or nothing."""
        (self.archives / "partial").mkdir(parents=True, exist_ok=True)
        status = self.archives / "status"
        status.touch()
        options = {
            "Dir::State::status": status,
            "Dir::Cache::archives": self.archives,
            "APT::Sandbox::User": "root",
            "DPkg::Lock::Timeout": 300,
        }
        words = [f"-o{name}={value}" for name, value in options.items()]
        done = subprocess.run(
            ["apt-get", "-qq", "--no-install-recommends", "--download-only", "-y", *words, *command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        return done.stdout[-2000:] if done.returncode else ""

    def _download(self):
        if self._apt("install", *self.packages):
            subprocess.run(["apt-get", "-qq", "update"], check=True)
            problem = self._apt("install", *self.packages)
            if problem:
                raise SystemExit(f"bench: no packages of {self.packages[0]}: {problem}")
        self._apt("autoclean")  # what a newer version took the place of

    def _add_devices(self):
        (self.folder / "dev").mkdir(exist_ok=True)
        for name, (major, minor) in DEVICES.items():
            path = self.folder / "dev" / name
            os.mknod(path, stat.S_IFCHR, os.makedev(major, minor))
            path.chmod(0o666)

    def _add_accounts(self, group_lines):
        users = "".join(f"{user}:x:{id}:{id}::/:/bin/false\n" for user, id in USERS.items())
        groups = "".join(f"{name}:x:{id}:\n" for name, id in {**USERS, **GROUPS}.items())
        etc = self.folder / "etc"
        (etc / "passwd").write_text("root:x:0:0::/:/bin/sh\n" + users)
        (etc / "group").write_text("root:x:0:\n" + groups + "".join(group_lines))

    def add(self, path, user="root", mode=0o755):
        """A folder in it, belonging to a user."""
        folder = self.folder / path
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
        self.own(path, user)
        return folder

    def own(self, path, user):
        os.chown(self.folder / path, USERS.get(user, 0), USERS.get(user, 0))

    def command(self, *words):
        return ["/usr/sbin/chroot", self.folder, *words]

    def run(self, *words, input=""):
        subprocess.run(self.command(*words), input=input, text=True, check=True)

    def version(self):
        """Of the first package."""
        newest = next(self.archives.glob(f"{self.packages[0]}_*.deb"))
        return newest.name.split("_")[1].replace("%3a", ":")

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)
