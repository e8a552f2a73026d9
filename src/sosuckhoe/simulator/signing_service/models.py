from django.db import models


class Behaviour(models.TextChoices):
    """How the service, or the holder with the telephone, behaves for a credential."""

    SIGN = "sign", "Ký"
    WAIT = "wait", "Chờ người giữ chứng thư xác nhận"
    REFUSE = "refuse", "Người giữ chứng thư từ chối"
    TIME_OUT = "time-out", "Quá giờ xác nhận"
    FAIL = "fail", "Dịch vụ báo ký không thành"
    QUOTA = "quota", "Hết lượt ký"
    CERTIFICATE = "certificate", "Chứng thư không còn hiệu lực"
    WRONG = "wrong", "Trả chữ ký của nội dung khác"
    STRANGE = "strange", "Trả lời không đọc được"
    ERROR = "error", "HTTP 503"
    FORGET_TOKEN = "forget-token", "Quên phiên đăng nhập một lần, rồi ký"


class Credential(models.Model):
    """A key of a client's user, kept as PKCS#12, and how requests for it end."""

    credential = models.CharField(max_length=80, unique=True)
    client = models.CharField(max_length=80)
    secret = models.CharField(max_length=80)
    profile = models.CharField(max_length=80, blank=True)
    user = models.CharField(max_length=80)
    pkcs12 = models.BinaryField()
    password = models.CharField(max_length=80)
    behaviour = models.CharField(max_length=20, choices=Behaviour.choices, default=Behaviour.SIGN)
    polls = models.PositiveIntegerField(default=0)
    """How often the state is asked before a request ends; 0: the signature comes with the first answer."""


class ServiceToken(models.Model):
    """One log-in."""

    token = models.CharField(max_length=80, unique=True)
    client = models.CharField(max_length=80)
    user = models.CharField(max_length=80)
    until = models.DateTimeField()


class Request(models.Model):
    """One hash that was asked for: what the service would bill."""

    number = models.CharField(max_length=40, unique=True)
    credential = models.ForeignKey(Credential, on_delete=models.CASCADE, related_name="requests")
    hash = models.CharField(max_length=64)
    asked_at = models.DateTimeField(auto_now_add=True)
    polled = models.PositiveIntegerField(default=0)
    ended = models.CharField(max_length=20, blank=True)
