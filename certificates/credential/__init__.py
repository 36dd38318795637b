"""What a certificate says, as an Open Badges 3.0 credential that a wallet or another employer can check by itself.

Needs the extra `signing` and a key; without them there are certificates without credentials.
"""
