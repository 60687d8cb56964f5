"""PyJWT as a peer: one JSON job a line, one JSON answer a line."""

import base64
import json
import sys

import jwt


def key(job):
    return base64.b64decode(job["secret"]) if job.get("secret") else job["pem"]


def answer(job):
    if job["do"] == "sign":
        return jwt.encode(job["claims"], key(job), algorithm=job["alg"], headers=job["header"])
    return jwt.decode(
        job["token"],
        key(job),
        algorithms=[job["alg"]],
        audience=job["audience"],
        issuer=job["issuer"],
        options={"require": ["exp", "iss", "aud"]},
    )


for line in sys.stdin:
    try:
        print(json.dumps({"result": answer(json.loads(line))}), flush=True)
    except Exception as error:  # every refusal is an answer
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
