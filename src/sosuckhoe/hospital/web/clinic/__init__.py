"""The visit page (đợt khám): who, the record with official labels, findings, versions, delivery, the book's preview."""
