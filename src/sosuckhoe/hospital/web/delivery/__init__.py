"""The delivery board (gửi và biên nhận): from closed to received, what waits longest, and what a person must do."""
