"""Receiving (nhận hồ sơ): upload of official files, the drop folder, the quarantine; and finding people."""
