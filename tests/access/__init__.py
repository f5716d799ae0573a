"""Tests of roles: who may save and launch, the claims of an identity provider, sign-in in a browser, access tokens."""
