from .portal import Login


def test_a_signed_record_is_received_under_a_new_transaction_number(login: Login, record: bytes) -> None:
    answer = login.send(record)
    assert (answer.status, answer.code) == (200, "200"), answer.body
    assert answer.json["maGiaoDich"]
    assert "x-simulator" in answer.headers
