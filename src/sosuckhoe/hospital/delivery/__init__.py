"""Delivery (liên thông): every record version on its way to every destination, neither lost nor doubled.

Read ``states``, then ``models``, then ``worker``.
"""
