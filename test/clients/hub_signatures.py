# Checks the signatures of webhooks as a receiver in Python does: a JSON list of requests on stdin, a list of results to stdout.
import base64
import hashlib
import hmac
import json
import sys


def is_signed(request):
    body = base64.b64decode(request["body"])
    secret = request["secret"].encode()
    for header, algorithm in (("x-hub-signature", hashlib.sha1), ("x-hub-signature-256", hashlib.sha256)):
        name, _, given = request["headers"][header].partition("=")
        expected = hmac.new(secret, body, algorithm).hexdigest()
        if name != algorithm().name or not hmac.compare_digest(given, expected):
            return False
    return True


json.dump([is_signed(request) for request in json.load(sys.stdin)], sys.stdout)
