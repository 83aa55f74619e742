"""A private real PBX and a crowd of SIPp phones, for the tests."""
