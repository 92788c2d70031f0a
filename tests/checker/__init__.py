"""The checker in another language, and the Node that comes with the browser's driver to run it."""
import json
import subprocess
from pathlib import Path

from playwright._impl._driver import compute_driver_executable

PROGRAM = Path(__file__).with_name("checker.mjs")
VECTOR_KEY = {"kty": "EC", "crv": "P-256", "x": "obftHvRGG2RA_UUW9nodYxUx7k1ssG_1aM4DXvTfXDA",
              "y": "E0Ae6ov3Fx7NVuv_A3Uc7axZDTFO9bCHCsHtwGsnnTY", "kid": "W1czd-Cz", "name": "Test Board",
              "nbf": 1767225600, "exp": 1798761600}
VECTOR = (
    "338674147309732180112232330688459842271123490514005856108360258360476222222114132185909920047852612125427272684"
    "188933121453832516921118"
    "270251698426218474262878618046322702133135457331533110221758578130269523539538991933803695520695298010957192851"
    "233812338254492721462836"
    "304783031718737124691248863053114651863719756515321185429652538325448238024274691259213109106135295152527191455"
    "229911337197133958339322"
    "388122319658024372886378950505090334586556657494474638013735096695398049170555924524433823000881640210554501935"
    "545006407500955074747567"
    "194036419662678149813544557435235993550116167422692320560410408665216901299209675161118695163952543241765605452"
    "540202311155")


def node():
    return compute_driver_executable()[0]


def checked(codes, keys, folder):
    """What the checker says of each code: its content, or {'refused': why}."""
    file = folder / "keys.json"
    file.write_text(json.dumps({"keys": keys}))
    done = subprocess.run([node(), PROGRAM, file], input="\n".join(codes), capture_output=True, text=True, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]
