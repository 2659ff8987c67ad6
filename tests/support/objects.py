"""Looks after the buckets of a test server: python objects.py s3|az PORT WHAT BUCKET [KEY].

make: makes the bucket. put: standard input becomes an object. list: keys with tags and contents (base64), as JSON.
unfinished: how many uploads in parts were begun and not ended. An az bucket may be ACCOUNT:KEY@CONTAINER.
"""

import base64
import json
import sys

import fill


class S3:
    def __init__(self, port, bucket):
        import boto3

        names = {"aws_access_key_id": "x", "aws_secret_access_key": "x", "region_name": "us-east-1"}
        self.client = boto3.client("s3", endpoint_url=f"http://127.0.0.1:{port}", **names)
        self.bucket = bucket

    def make(self):
        self.client.create_bucket(Bucket=self.bucket)

    def put(self, key, data):
        self.client.put_object(Bucket=self.bucket, Key=key, Body=data)

    def list(self):
        for page in self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket):
            for found in page.get("Contents", []):
                body = self.client.get_object(Bucket=self.bucket, Key=found["Key"])["Body"].read()
                yield found["Key"], found["ETag"], body

    def unfinished(self):
        return len(self.client.list_multipart_uploads(Bucket=self.bucket).get("Uploads", []))


class Azure:
    def __init__(self, port, bucket):
        from azure.storage.blob import BlobServiceClient

        names, _, container = bucket.rpartition("@")
        account, _, key = names.partition(":") if names else (fill.ACCOUNT, "", fill.KEY)
        credential = {"account_name": account, "account_key": key}
        service = BlobServiceClient(f"http://127.0.0.1:{port}/{account}", credential=credential)
        self.container = service.get_container_client(container)

    def make(self):
        self.container.create_container()

    def put(self, key, data):
        self.container.upload_blob(key, data)

    def list(self):
        for found in self.container.list_blobs():
            yield found.name, found.etag, self.container.download_blob(found.name).readall()


def main():
    kind, port, what, bucket, *key = sys.argv[1:]
    place = {"s3": S3, "az": Azure}[kind](int(port), bucket)
    if what == "make":
        place.make()
    elif what == "put":
        place.put(key[0], sys.stdin.buffer.read())
    elif what == "list":
        print(json.dumps({name: [tag, base64.b64encode(body).decode()] for name, tag, body in place.list()}))
    elif what == "unfinished":
        print(place.unfinished())


main()
