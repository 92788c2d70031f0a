"""Time zones that are places: 'Etc/GMT+5' has its sign turned round, 'EST' no summer, 'localtime' is the server's."""
import re
from zoneinfo import available_timezones

CONTINENTS = "Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Europe|Indian|Pacific"
PLACES = frozenset(zone for zone in available_timezones() if re.match(f"({CONTINENTS})/", zone)) | {"UTC"}
