"""The programs beside Python that the tests drive: a Chromium, nginx and poppler's pdftotext.

`python -m tests.programs` installs what is missing through the system's package manager. Playwright's own browser
is not used: its download needs a host that a closed network does not reach.
"""
import os
import shutil
import subprocess
import sys

CHROMIUM = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NGINX = ("nginx", "/usr/sbin/nginx")  # Debian keeps it where only root looks
INSTALLERS = {  # tool: (how to install with it, its names for Chromium, nginx and poppler)
    "apt-get": ("apt-get install -y -qq", "chromium", "nginx-light", "poppler-utils"),
    "dnf": ("dnf install -y", "chromium", "nginx", "poppler-utils"),
    "apk": ("apk add", "chromium", "nginx", "poppler-utils"),
    "pacman": ("pacman -S --noconfirm", "chromium", "nginx", "poppler"),
    "brew": ("brew install", "--cask chromium", "nginx", "poppler"),
}
BROWSER_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]


def chromium():
    """The Chromium to drive, from CHROMIUM or the PATH; None where there is none."""
    return os.environ.get("CHROMIUM") or _first(CHROMIUM)


def nginx():
    return os.environ.get("NGINX") or _first(NGINX)


def install_missing():
    tool = next(filter(shutil.which, INSTALLERS), None)
    how, *names = INSTALLERS.get(tool, [""] * 4)
    found = chromium(), nginx(), shutil.which("pdftotext")
    missing = [name for name, path in zip(names, found, strict=True) if path is None]
    if not missing:
        return
    if tool is None:
        sys.exit("The tests drive Chromium, nginx and pdftotext: install them, or set CHROMIUM and NGINX.")
    sudo = ["sudo"] if tool != "brew" and os.geteuid() != 0 else []
    if tool == "apt-get":
        subprocess.run([*sudo, "apt-get", "update", "-qq"], check=True, stdout=subprocess.DEVNULL)
    for name in missing:
        subprocess.run([*sudo, *how.split(), *name.split()], check=True, stdout=subprocess.DEVNULL)


def _first(names):
    return next(filter(None, map(shutil.which, names)), None)


if __name__ == "__main__":
    install_missing()
