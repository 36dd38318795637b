import pytest

from certificates.credential import own_key

from . import credentials


@pytest.fixture
def public_hosts(settings):
    settings.ALLOWED_HOSTS = ["*"]


@pytest.fixture
def use_key(settings, tmp_path, monkeypatch, public_hosts, db):
    """`use_key()` is a new key that the site signs with from now on; gives its row."""
    monkeypatch.setenv("LMS_TEST_PASSPHRASE", credentials.PASSPHRASE)

    def use(**how):
        path = credentials.key_file(tmp_path, **how)
        settings.LMS_CERT_SIGNING = {"CREDENTIAL_KEY": str(path), "PASSPHRASE_ENV": "LMS_TEST_PASSPHRASE"}
        return own_key.current().row

    return use


@pytest.fixture
def key(use_key):
    return use_key()
