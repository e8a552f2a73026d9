"""The practice certificate authority's own voice: an OCSP responder and a list of what it revoked (CRL).

For practising revocation without another tool. It speaks by the real clock, as those who ask it do, however fast the
simulated one runs. What it says of a certificate is what the portal's register says (``revoked``), until a scenario of
the fault desk has it say otherwise. Not simulated: an authority above it, delta lists, asking by GET.
"""
