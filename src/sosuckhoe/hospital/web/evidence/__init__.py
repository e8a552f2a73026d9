"""Signatures and what they prove: the evidence (bằng chứng gửi) of a record version, and signing at another machine."""
