"""The phones whose accounts are ours."""

from cordpair.config import Config
from cordpair.pbx.provisioning import PhoneAccount
from cordpair.store import Store


async def phone_accounts(store: Store | None, config: Config, node: str) -> tuple[PhoneAccount, ...]:
    """Of the seats on the node whose digests the store keeps. A seat without is the operator's own: nothing is written
    for it. No seat has one yet."""
    return ()


__all__ = ["phone_accounts"]
