"""deploy/nginx.conf as it stands, but for this machine's ports, names, files and certificate."""
import subprocess
from pathlib import Path

from tests import programs
from views import assets

ROOT = Path(__file__).parents[1]
NAME = "results.example"  # of the candidate site in that file
MIME_TYPES = Path("/etc/nginx/mime.types")


def command(folder, port, behind, spare):
    """How nginx is started with TLS on `port`, before a server on the port `behind`; `spare`: for its plain HTTP."""
    folder.mkdir(exist_ok=True)
    assets.write(folder / "static")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                    "-subj", f"/CN={NAME}", "-keyout", folder / "key.pem", "-out", folder / "fullchain.pem"],
                   check=True, capture_output=True)
    (folder / "nginx.conf").write_text(_configured(folder, port, behind, spare))
    return [programs.nginx(), "-p", str(folder), "-c", str(folder / "nginx.conf"),
            "-g", "user root; daemon off;"]  # whose folder it is, where root measures


def _configured(folder, port, behind, spare):
    text = (ROOT / "deploy" / "nginx.conf").read_text()
    changes = {
        "listen 80;": f"listen 127.0.0.1:{spare};", "listen 443 ssl;": f"listen 127.0.0.1:{port} ssl;",
        "/etc/nginx/tls": str(folder), "/var/cache/nginx": str(folder), "root /srv;": f"root {folder};",
        "server portal:8000;": f"server 127.0.0.1:{behind};", "server candidate:8000;": f"server 127.0.0.1:{behind};",
        "events {": f"error_log stderr error;\npid {folder}/pid;\nevents {{",
        "http {": "http {" + "".join(f"{kind}_temp_path {folder}/{kind};" for kind in (
            "client_body", "proxy", "fastcgi", "uwsgi", "scgi")),
    }
    if not MIME_TYPES.exists():
        changes |= {f"include {MIME_TYPES};": ""}
    if _is_before_1_25():
        changes |= {"http2 on;": ""}
    for given, wanted in changes.items():
        if given not in text:
            raise ValueError(f"deploy/nginx.conf has no {given!r}")
        text = text.replace(given, wanted)
    return text


def _is_before_1_25():
    said = subprocess.run([programs.nginx(), "-v"], capture_output=True, text=True, check=True).stderr
    return tuple(map(int, said.strip().rpartition("/")[2].split(".")[:2])) < (1, 25)
