"""Writes the samples beside it: one small container of each kind, each with the same invented line in it.

Needs: pip install pyarrow fastavro openpyxl python-docx python-pptx odfpy zstandard lz4 reportlab pillow cramjam backports.zstd fastavro
and the programs ar, bzip2, dpkg-deb, lz4, xz, zip, zstd.
"""
import base64, bz2, email.message, gzip, io, json, lzma, os, sqlite3, struct, subprocess, sys, tarfile, zipfile, zlib

LINE = "2026-03-02 10:11:12 INFO patient Denise Caldwell mrn=00482913 ssn=536-90-4399 admitted"
TEXT = f"2026-03-02 10:11:11 INFO service started\n{LINE}\n2026-03-02 10:11:13 INFO done\n".encode()
ROWS = [
    {"id": 1, "patient_name": "Marcus Whitfield", "dob": "1958-11-02", "mrn": "00482914", "ssn": "264-83-5971"},
    {"id": 2, "patient_name": "Denise Caldwell", "dob": "1961-04-12", "mrn": "00482913", "ssn": "536-90-4399"},
    {"id": 3, "patient_name": "Norma Delacroix", "dob": "1949-07-23", "mrn": "00482915", "ssn": "531-22-8419"},
]
HERE = os.path.dirname(os.path.abspath(__file__))
os.chdir(HERE)


def put(name, data):
    with open(name, "wb") as out:
        out.write(data)


def run(*command, stdin=None):
    return subprocess.run(command, input=stdin, capture_output=True, check=True).stdout


def codecs():
    put("visit.log.gz", gzip.compress(TEXT[:40], mtime=0) + gzip.compress(TEXT[40:], mtime=0))
    put("visit.log.bz2", bz2.compress(TEXT))
    put("visit.log.xz", run("xz", "-c", stdin=TEXT))
    put("visit.log.zst", run("zstd", "-qc", stdin=TEXT))
    put("visit.log.lz4", run("lz4", "-qc", stdin=TEXT))
    put("visit.log.zz", zlib.compress(TEXT))


def archives():
    def info(name, size):
        member = tarfile.TarInfo(name)
        member.size = size
        return member

    def tar(members, format=tarfile.PAX_FORMAT):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=format) as archive:
            for name, data in members:
                archive.addfile(info(name, len(data)), io.BytesIO(data))
        return out.getvalue()

    long = "a" * 90 + "/" + "b" * 90 + "/visit.log"
    put("plain.tar", tar([("app/empty", b""), ("app/visit.log", TEXT)]))
    put("long-pax.tar", tar([(long, TEXT)]))
    put("long-gnu.tar", tar([(long, TEXT)], tarfile.GNU_FORMAT))

    def zipped(members, method=zipfile.ZIP_DEFLATED):
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            for name, data in members:
                archive.writestr(zipfile.ZipInfo(name), data, compress_type=method)
        return out.getvalue()

    put("plain.zip", zipped([("app/readme", b"nothing"), ("app/visit.log", TEXT)]))
    put("stored.zip", zipped([("app/visit.log", TEXT)], zipfile.ZIP_STORED))
    put("bzip2.zip", zipped([("app/visit.log", TEXT)], zipfile.ZIP_BZIP2))
    os.makedirs("/tmp/phivet-make/app", exist_ok=True)
    put("/tmp/phivet-make/app/visit.log", TEXT)
    # A zip written to a pipe: lengths stand behind the members.
    put("streamed.zip", subprocess.run("zip -qr - app", shell=True, cwd="/tmp/phivet-make", capture_output=True, check=True).stdout)
    run("sh", "-c", f"cd /tmp/phivet-make/app && rm -f {HERE}/plain.a && ar rcD {HERE}/plain.a visit.log")

    def newc(members):
        out = b""
        for name, data in members + [("TRAILER!!!", b"")]:
            fields = [1, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(name) + 1, 0]
            out += b"070701" + b"".join(b"%08X" % field for field in fields) + name.encode() + b"\0"
            out += b"\0" * (-len(out) % 4) + data
            out += b"\0" * (-len(out) % 4)
        return out

    cpio = newc([("./app/visit.log", TEXT)])
    put("plain.cpio", cpio)
    header = lambda data: b"\x8e\xad\xe8\x01\0\0\0\0" + struct.pack(">II", 1, len(data)) + struct.pack(">IIII", 1000, 6, 0, 1) + data
    signature = header(b"sig12345")
    put("plain.rpm", b"\xed\xab\xee\xdb\x03\0\0\0\0\x01" + b"app-1.0-1".ljust(66, b"\0") + struct.pack(">HH16x", 1, 5)
        + signature + b"\0" * (-len(signature) % 8) + header(b"app\0") + gzip.compress(cpio, mtime=0))
    os.makedirs("/tmp/phivet-make/deb/DEBIAN", exist_ok=True)
    os.makedirs("/tmp/phivet-make/deb/app", exist_ok=True)
    put("/tmp/phivet-make/deb/DEBIAN/control", b"Package: app\nVersion: 1\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: x\n")
    put("/tmp/phivet-make/deb/app/visit.log", TEXT)
    run("dpkg-deb", "-Zxz", "-b", "/tmp/phivet-make/deb", "plain.deb")
    layer = tar([("app/visit.log", TEXT)])
    config = json.dumps({"config": {"Env": ["SEED_PATIENT_SSN=536-90-4399"]}, "history": [{"created_by": "RUN x"}]}).encode()
    manifest = json.dumps([{"Config": "config.json", "RepoTags": ["app:1"], "Layers": ["l1/layer.tar"]}]).encode()
    put("image.tar", tar([("config.json", config), ("l1/layer.tar", layer), ("manifest.json", manifest)]))


def tables():
    if os.path.exists("clinic.db"):
        os.remove("clinic.db")
    db = sqlite3.connect("clinic.db")
    db.execute("CREATE TABLE patients (id INTEGER PRIMARY KEY, patient_name TEXT, dob TEXT, mrn TEXT, ssn TEXT)")
    db.executemany("INSERT INTO patients VALUES (:id, :patient_name, :dob, :mrn, :ssn)", ROWS)
    db.commit()
    db.close()
    import fastavro, pyarrow, pyarrow.parquet
    schema = {"type": "record", "name": "Patient", "fields": [{"name": "id", "type": "long"}]
              + [{"name": key, "type": ["null", "string"]} for key in list(ROWS[0])[1:]]}
    for codec in ("null", "deflate", "snappy", "zstandard"):
        out = io.BytesIO()
        fastavro.writer(out, schema, ROWS, codec=codec)
        put(f"{codec}.avro", out.getvalue())
    table = pyarrow.Table.from_pylist(ROWS)
    for codec in ("snappy", "zstd"):
        pyarrow.parquet.write_table(table, f"{codec}.parquet", compression=codec)


def office():
    import datetime, docx, openpyxl, pptx, odf.opendocument, odf.text
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(ROWS[0]))
    for row in ROWS:
        sheet.append([datetime.date.fromisoformat(value) if key == "dob" else value for key, value in row.items()])
    book.save("clinic.xlsx")
    letter = docx.Document()
    letter.add_paragraph("Dear colleague,")
    paragraph = letter.add_paragraph("the patient Denise Caldwell, ")
    paragraph.add_run("ssn: 536-90").bold = True
    paragraph.add_run("-4399, was seen.")
    letter.save("letter.docx")
    slides = pptx.Presentation()
    slide = slides.slides.add_slide(slides.slide_layouts[5])
    slide.shapes.title.text = "Patient Denise Caldwell, ssn: 536-90-4399"
    slides.save("round.pptx")
    text = odf.opendocument.OpenDocumentText()
    for line in ("Dear colleague,", "the patient Denise Caldwell, ssn: 536-90-4399, was seen."):
        text.text.addElement(odf.text.P(text=line))
    text.save("letter.odt")


def documents():
    message = email.message.EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.org", "b@example.org", "Visit"
    message.set_content("See below.\n\nThe patient é, ssn: 536-90-4399\n", cte="quoted-printable")
    message.add_alternative("<p>Patient, ssn: 536-90-4399</p>\n", subtype="html", cte="base64")
    message.add_attachment(gzip.compress(TEXT, mtime=0), maintype="application", subtype="gzip", filename="visit.log.gz")
    message.set_boundary("=-=b1")
    message.get_payload()[0].set_boundary("=-=b2")
    put("visit.eml", bytes(message))
    mail = bytes(message)
    put("visit.mbox", b"From a@example.org Mon Mar  2 10:11:12 2026\nSubject: nothing\n\nnothing\n\nFrom a@example.org Mon Mar  2 10:11:13 2026\n" + mail)
    notebook = {
        "cells": [
            {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": ["import pandas\n", "patient_ssn = '536-90-4399'"],
             "outputs": [{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": {
                 "text/html": ["<table><tr><th>patient_name</th><th>ssn</th></tr>\n", "<tr><td>Denise Caldwell</td><td>536-90-4399</td></tr>\n", "<tr><td>Marcus Whitfield</td><td>264-83-5971</td></tr></table>"],
                 "text/plain": ["patient ssn\n", "Denise Caldwell ssn 536-90-4399"]}}]},
        ], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    put("visit.ipynb", json.dumps(notebook, indent=1).encode())
    body = base64.b64encode(json.dumps({"patient": "Denise Caldwell", "ssn": "536-90-4399"}).encode()).decode()
    har = {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": [{
        "request": {"method": "GET", "url": "https://example.org/patients?ssn=536-90-4399", "headers": [{"name": "Accept", "value": "*/*"}]},
        "response": {"status": 200, "content": {"mimeType": "application/json", "encoding": "base64", "text": body}}}]}}
    put("visit.har", json.dumps(har).encode())
    from PIL import Image, PngImagePlugin
    exif = Image.Exif()
    exif[0x010E] = "Wound of patient Denise Caldwell, ssn: 536-90-4399"
    gps = exif.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (42.0, 21.0, 36.72), "W", (71.0, 3.0, 32.4)
    image = Image.new("RGB", (8, 8))
    image.save("wound.jpg", exif=exif)
    image.save("wound.tiff", tiffinfo={0x010E: "Wound of patient Denise Caldwell, ssn: 536-90-4399"})
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "Wound of patient Denise Caldwell, ssn: 536-90-4399", zip=True)
    image.save("wound.png", pnginfo=info)
    from reportlab.pdfgen import canvas
    pdf = canvas.Canvas("letter.pdf", invariant=1)
    pdf.drawString(72, 720, "Dear colleague,")
    pdf.drawString(72, 700, "the patient Denise Caldwell, ssn: 536-90-4399, was seen.")
    pdf.save()
    put("core", b"\x7fELF" + b"\0" * 60 + "patient ssn: 536-90-4399 name".encode("utf-16-le") + b"\0" * 40)


for make in (codecs, archives, tables, office, documents):
    make()
