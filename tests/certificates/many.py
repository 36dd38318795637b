"""Many certificates at once, for lists and ZIPs: rows without a course behind them, made by the one function."""

import datetime
import uuid
from typing import Any

from django.utils import timezone

from certificates.issuing import create
from certificates.models import Certificate


def issue_for(staff: Any, title: str = "Ett gott värdskap", **changes: Any) -> Certificate:
    today = timezone.localdate()
    return create(
        **{
            "staff": staff,
            "holder_name": staff.full_name if staff else "",
            "title": title,
            "subject_uuid": uuid.uuid5(uuid.NAMESPACE_OID, title),
            "language": "sv",
            "issuer_name": "Nordmalings kommun",
            "issued_on": today,
            "completed_on": today,
            "valid_until": today + datetime.timedelta(days=365),
            "base_url": "https://larpunkt.example",
            **changes,
        }
    )
