"""Load test against the sandbox. Everything here is made up by Faker, seeded, and wiped afterwards."""

from faker import Faker

fake = Faker("en_US")
Faker.seed(4471902)

HOST = "http://10.4.1.17:8080"
THRESHOLDS = {"p50": 120, "p95": 450, "p99": 900}
USER_AGENT = "locust/2.32.4 (Macintosh; Chrome/128.0.6613.84)"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def patient():
    return {
        "mrn": f"LOAD{fake.random_int(1, 99999):05d}",
        "first_name": fake.first_name(),
        "last_name": fake.last_name(),
        "ssn": "000-00-0000",
        "phone": "555-555-5555",
        "email": fake.email(domain="example.org"),
        "zip": "00000",
    }
