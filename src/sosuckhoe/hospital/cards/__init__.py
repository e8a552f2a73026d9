"""Card look-up (tra cứu thẻ BHYT): asking the portal about a card, which is no verification of identity."""
