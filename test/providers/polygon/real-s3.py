"""A real S3 server with keys of its own that it checks signatures by, and some files. Prints its port and keys as JSON."""

import json
import logging
import os
import sys

files = json.load(sys.stdin)

# So many calls need no key: those that make the bucket, its files, and who may read them.
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = str(1 + len(files) + 3)

import boto3  # noqa: E402
from moto.server import ThreadedMotoServer  # noqa: E402

logging.getLogger("werkzeug").setLevel("ERROR")
server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
server.start()
_, port = server.get_host_and_port()
at = {
    "endpoint_url": f"http://127.0.0.1:{port}",
    "region_name": "us-east-1",
    "aws_access_key_id": "nobody",
    "aws_secret_access_key": "nothing",
}
s3 = boto3.client("s3", **at)
s3.create_bucket(Bucket="flatfiles")
for key, text in files.items():
    s3.put_object(Bucket="flatfiles", Key=key, Body=bytes.fromhex(text))
iam = boto3.client("iam", **at)
iam.create_user(UserName="reader")
allowed = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket"], "Resource": "*"}
policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
iam.put_user_policy(UserName="reader", PolicyName="read", PolicyDocument=policy)
key = iam.create_access_key(UserName="reader")["AccessKey"]
print(json.dumps({"port": port, "accessKey": key["AccessKeyId"], "secretKey": key["SecretAccessKey"]}), flush=True)
# Until whoever asked for it goes away.
sys.stdin = open(3)
sys.stdin.read()
