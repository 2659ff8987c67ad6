"""Fills a bucket of a test server with invented objects: python fill.py s3|az PORT BUCKET COUNT.

Keys are partitioned by day; one in ten objects is compressed; one in fifty holds one made-up patient. Prints how many do.
"""

import concurrent.futures
import gzip
import json
import sys

# The emulator's published account, the same for everybody.
ACCOUNT = "devstoreaccount1"
KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="


def planted(number):
    return f"53{number % 7}-{11 + number % 80:02}-{1000 + number % 9000:04}"


def body(number):
    lines = [
        json.dumps({"time": f"2026-11-{1 + number % 28:02}T10:00:{n:02}Z", "level": "INFO", "msg": f"request {number * 40 + n} served"})
        for n in range(12)
    ]
    if number % 50 == 7:
        lines.insert(5, json.dumps({"level": "WARN", "patient": {"ssn": planted(number), "diagnosis": "E11.9"}}))
    text = "\n".join(lines).encode() + b"\n"
    return gzip.compress(text, 1) if number % 10 == 7 and number % 100 < 50 else text


def key(number):
    end = ".json.gz" if number % 10 == 7 and number % 100 < 50 else ".json"
    return f"logs/dt=2026-11-{1 + number % 28:02}/part-{number:06}{end}"


def s3(port, bucket):
    import boto3

    client = boto3.client(
        "s3", endpoint_url=f"http://127.0.0.1:{port}", aws_access_key_id="x", aws_secret_access_key="x", region_name="us-east-1"
    )
    client.create_bucket(Bucket=bucket)
    return lambda name, data: client.put_object(Bucket=bucket, Key=name, Body=data)


def az(port, bucket):
    from azure.storage.blob import BlobServiceClient

    endpoint = f"http://127.0.0.1:{port}/{ACCOUNT}"
    service = BlobServiceClient(endpoint, credential={"account_name": ACCOUNT, "account_key": KEY})
    container = service.create_container(bucket)
    return lambda name, data: container.upload_blob(name, data)


def main():
    kind, port, bucket, count = sys.argv[1], int(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    put = {"s3": s3, "az": az}[kind](port, bucket)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for done in pool.map(lambda n: put(key(n), body(n)), range(count)):
            pass
    print(sum(1 for n in range(count) if n % 50 == 7))


if __name__ == "__main__":
    main()
