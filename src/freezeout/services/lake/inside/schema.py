"""What names may look like: as Rucio's generic policy says; its loader asks every policy for this."""

from rucio.common.schema.generic import *  # noqa: F403
