"""How much an account may keep at a storage element."""

from __future__ import annotations

from typing import Any

from rucio.core.account_limit import get_local_account_limit
from rucio.db.sqla import models
from sqlalchemy import select


def room_for(account: Any, rse_id: str, rse: str, size: int, session: Any) -> bool | str:
    """Whether so many bytes more are within an account's quota; else what is wrong.

    Rucio looks at quotas only when a rule is made. By then an upload that is too large has left a
    replica that nothing protects.
    """
    limit = get_local_account_limit(account=account, rse_ids=rse_id, session=session)
    if limit is None:
        return f"The account has no quota at {rse}."
    usage = models.AccountUsage
    used = (
        session.execute(
            select(usage.bytes).where(usage.account == account, usage.rse_id == rse_id)
        ).scalar_one_or_none()
        or 0
    )
    if used + size <= limit:
        return True
    return f"Over quota at {rse}: {used} of {int(limit)} bytes are used, {size} more do not fit."
