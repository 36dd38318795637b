"""What the database finds in a state is what the certificate says of itself."""

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.models import Certificate, State
from tests.certificates.many import issue_for

DAY = datetime.date(2026, 11, 26)

days = st.one_of(st.none(), st.integers(-80, 80).map(lambda number: DAY + datetime.timedelta(days=number)))


@pytest.mark.django_db
@given(rows=st.lists(st.tuples(days, st.booleans(), st.booleans()), max_size=5), shift=st.integers(-3, 63))
def test_each_is_found_in_its_state_and_in_no_other(rows, shift):
    from django.db import transaction

    with transaction.atomic():
        newest = issue_for(None, valid_until=None)
        taken = False
        for until, is_revoked, is_replaced in rows:
            replaced_by = newest if is_replaced and not taken else None
            taken = taken or is_replaced
            row = issue_for(None, valid_until=until, completed_on=datetime.date(2020, 1, 1), superseded_by=replaced_by)
            if is_revoked:
                Certificate.objects.filter(pk=row.pk).update(revoked_at="2026-01-01T00:00:00Z")
        on = DAY + datetime.timedelta(days=shift)
        for state in State:
            found = {row.pk for row in Certificate.objects.in_state_on(state, on)}
            assert found == {row.pk for row in Certificate.objects.all() if row.state_on(on) is state}
        transaction.set_rollback(True)
