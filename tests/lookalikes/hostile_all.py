"""All hostile behaviors in one list (hostile.py)."""

from tests.lookalikes.hostile_bodies import BODIES
from tests.lookalikes.hostile_protocol import PROTOCOL
from tests.lookalikes.hostile_redirects import REDIRECTS_AND_STATUSES

BEHAVIORS = [*PROTOCOL, *REDIRECTS_AND_STATUSES, *BODIES]
