"""Evidence (bằng chứng gửi) of one record version: a page to print, and the container to take away."""
