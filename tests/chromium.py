"""Where the browser of the tests is; `python -m tests.chromium` installs one where none is found.

Playwright's own download is not used: it needs a host that a closed network does not reach.
"""
import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
INSTALLERS = (
    ("apt-get", ["apt-get update -qq", "apt-get install -y -qq chromium"]),
    ("dnf", ["dnf install -y chromium"]),
    ("apk", ["apk add chromium"]),
    ("pacman", ["pacman -S --noconfirm chromium"]),
    ("brew", ["brew install --cask chromium"]),
)
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]


def path():
    """The Chromium to drive, from CHROMIUM or the PATH; None where there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def install():
    for tool, commands in INSTALLERS:
        if shutil.which(tool):
            sudo = ["sudo"] if tool != "brew" and os.geteuid() != 0 else []
            for command in commands:
                subprocess.run(sudo + command.split(), check=True, stdout=subprocess.DEVNULL)
            return
    sys.exit("The browser tests need Chromium: install it and set CHROMIUM to its path.")


if __name__ == "__main__":
    if path() is None:
        install()
