//! HL7 v2 and X12: which values of a message are whose, by position. All people are invented.

use phivet::document::Document;
use phivet::fields::{Field, Format, Label, Owner, hl7v2, x12};
use proptest::prelude::*;

const ORU: &str = "MSH|^~\\&|LAB|HILLVIEW|EHR|CLINIC|20240102030405||ORU^R01^ORU_R01|77|P|2.5.1\r\
PID|1|E55^^^EXT|A0012345^^^HILLVIEW^MR~900112222^^^USSSA^SS~D4417^^^^DL~1098^^^^NPI||VAN WILLOW&VAN&WILLOW^TAMSIN^RUE^JR^DR||19710203|F|TAMMY^^||12 Elm Rd^Apt 4^Dover^DE^19901^USA^H^^Kent||^PRN^PH^^1^302^5559876~^NET^Internet^tw@mail.test|(302)555-4433^WPN^FX|eng|M||AC778^^^HILLVIEW^AN|900-11-2222|DL99812^DE|||\"\"\r\
PV1|1|I|3W^301^A|R|||1234567893^OAKEN^BRAM^^^DR^MD||||||||||||V9001^^^HILLVIEW^VN|||||||||||||||||||||||||20240101|20240103\r\
OBR|1|PO-17|FO-18|24323-8^CMP^LN|||202401020900\r\
OBX|1|NM|2951-2^Sodium^LN||140|mmol/L|135-145|N|||F|||202401020905-0500\r\
OBX|2|TX|1^Note||Seen by Dr Oaken at noon\r\
OBX|3|DT|2^LMP||20231220\r\
NTE|1||Call his wife\r\
ZPI|1|free words\r";

const CLAIM: &str = "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *240102*0304*^*00501*000000017*0*T*:~\
GS*HC*SENDER*RECEIVER*20240102*0304*17*X*005010X222A1~ST*837*0001*005010X222A1~\
NM1*41*2*HILLVIEW BILLING*****46*778899~PER*IC*BRAM OAKEN*TE*3025551234~\
HL*1**20*1~NM1*85*2*HILLVIEW CLINIC*****XX*1234567893~N3*1 CLINIC WAY~N4*DOVER*DE*199019999~REF*EI*510000001~\
HL*2*1*22*0~SBR*P*18*GRP4471******CI~NM1*IL*1*WILLOW*TAMSIN*RUE**JR*MI*ZXC998877~N3*12 ELM RD*APT 4~N4*DOVER*DE*19901~\
DMG*D8*19710203*F~REF*SY*900112222~PER*IC**TE*3025559876*EM*tw@mail.test~NM1*PR*2*ACME HEALTH*****PI*60054~\
CLM*ACC-7781*125***11:B:1*Y*A*Y*Y~DTP*472*RD8*20240101-20240102~REF*EA*A0012345~REF*D9*CH17~HI*ABK:E119~\
NTE*ADD*PATIENT FELL~NM1*82*1*OAKEN*BRAM****XX*1234567893~SE*20*0001~GE*1*17~IEA*1*000000017~";

fn read(format: &Format, text: &str) -> Vec<(String, String, Owner, u32)> {
    let document = Document::of("message.txt", text.as_bytes().to_vec());
    assert!((format.is)(&document), "is not {}: {text}", format.name);
    let shown = |f: Field| {
        let kind = match f.label {
            Label::Kind(kind) => kind,
            Label::Prose => "prose",
            _ => return None,
        };
        Some((kind.to_owned(), text[f.value].to_owned(), f.owner, f.record))
    };
    fields(format, text.as_bytes()).into_iter().filter_map(shown).collect()
}

fn fields(format: &Format, bytes: &[u8]) -> Vec<Field> {
    let mut out = Vec::new();
    (format.read)(&Document::of("message.txt", bytes.to_vec()), &mut out);
    out
}

/// `kind=value` of all persons' identifiers, in order.
fn persons(format: &Format, text: &str) -> String {
    let of_person = |f: &&(String, String, Owner, u32)| f.0 != "prose" && matches!(f.2, Owner::Person | Owner::Unknown);
    let found = read(format, text);
    found.iter().filter(of_person).map(|f| format!("{}={}", f.0, f.1)).collect::<Vec<_>>().join("; ")
}

#[test]
fn a_result_message() {
    assert_eq!(
        persons(&hl7v2::FORMAT, ORU),
        "mrn=E55; mrn=A0012345; ssn=900112222; license=D4417; name=VAN WILLOW; name=WILLOW; name=TAMSIN; name=RUE; \
         dob=19710203; name=TAMMY; address=12 Elm Rd; address=Apt 4; city=Dover; zip=19901; city=Kent; \
         phone=302^5559876; email=tw@mail.test; fax=(302)555-4433; account=AC778; ssn=900-11-2222; license=DL99812; \
         other_id=V9001; date=20240101; date=20240103; other_id=PO-17; other_id=FO-18; date=202401020900; \
         date=202401020905-0500; date=20231220"
    );
    let all = read(&hl7v2::FORMAT, ORU);
    let prose: Vec<_> = all.iter().filter(|f| f.0 == "prose").map(|f| f.1.as_str()).collect();
    assert_eq!(prose, ["Seen by Dr Oaken at noon", "Call his wife", "1", "free words"]);
    let providers: Vec<_> = all.iter().filter(|f| f.2 == Owner::Provider).map(|f| f.1.as_str()).collect();
    assert_eq!(providers, ["1098", "1234567893", "OAKEN", "BRAM"]);
}

#[test]
fn the_way_a_message_is_written_does_not_matter() {
    let plain = persons(&hl7v2::FORMAT, ORU);
    let literal =
        format!("let m = \"{}\"; // John Smith", ORU.replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "\\r"));
    let lines = ORU.trim_end().replace('\\', "\\\\").replace('"', "\\\"").replace('\r', "\\r\" +\n    \"");
    let written = [
        ORU.replace('\r', "\n"),
        ORU.replace('\r', "\r\n"),
        format!("\u{b}{ORU}\u{1c}\r"),
        format!("FHS|^~\\&|A\rBHS|^~\\&|A\r{ORU}BTS|1\rFTS|1\r"),
        format!("2024-01-02 INFO received {}\nnext line", ORU.replace('\r', "<CR>")),
        format!("2024-01-02 INFO received {}\nnext line", ORU.replace('\r', "\\r")),
        literal,
        format!("String m = \"{lines}\";\n"),
        format!("m = '''{}'''\n", ORU.replace('\r', "\n")),
    ];
    for text in written {
        assert_eq!(persons(&hl7v2::FORMAT, &text), plain, "{text}");
    }
}

#[test]
fn other_separators_are_those_of_the_header() {
    let text = "MSH#*%\\$#A#B#C#D#2024##ADT*A01#1#P#2.3\rPID#1##X17*5*M11%Y18####WILLOW\rPV1#1#O";
    assert_eq!(persons(&hl7v2::FORMAT, text), "mrn=X17; mrn=Y18");
}

#[test]
fn a_lone_pid_in_a_log() {
    let text = "09:00 DEBUG segment=PID|1||A0012345^^^H^MR||WILLOW^TAMSIN||19710203|F\n09:01 DEBUG done";
    assert_eq!(persons(&hl7v2::FORMAT, text), "mrn=A0012345; name=WILLOW; name=TAMSIN; dob=19710203");
}

#[test]
fn appointments_queries_and_immunizations() {
    let text = "MSH|^~\\&|A|B|C|D|2024||SIU^S12|7|P|2.3\nSCH|AP991^A||||||||||^^30^202402031000^202402031030\nPID|1||A17||WILLOW";
    assert_eq!(
        persons(&hl7v2::FORMAT, text),
        "other_id=AP991; date=202402031000; date=202402031030; mrn=A17; name=WILLOW"
    );
    let text =
        "MSH|^~\\&|A|B|C|D|2024||QBP^Q22|7|P|2.5\rQPD|Q22|t1|@PID.5.1^WILLOW~@PID.7^19710203~@PID.8^F~@PID.11.5^19901";
    assert_eq!(persons(&hl7v2::FORMAT, text), "name=WILLOW; dob=19710203; zip=19901");
    let text = "MSH|^~\\&|A|B|C|D|2024||VXU^V04|7|P|2.5.1\rRXA|0|1|20240105||08^HepB^CVX|0.5\r";
    assert_eq!(persons(&hl7v2::FORMAT, text), "date=20240105");
}

#[test]
fn each_message_and_patient_is_a_record() {
    let two = format!("{ORU}PID|2||B0012345||ELDER^SORREL\r{ORU}");
    let mut records: Vec<_> =
        read(&hl7v2::FORMAT, &two).into_iter().filter(|f| f.0 == "dob" || f.1 == "ELDER").map(|f| f.3).collect();
    records.dedup();
    assert_eq!(records, [0, 1, 2]);
}

#[test]
fn a_pattern_for_messages_is_no_message() {
    let texts = [
        "if text.starts_with(\"MSH|^~\\\\&|\") {",
        "MSHTML",
        "# PID |  USER | COMMAND",
        "PID|USER|TIME|CPU|MEM|CMD|",
        "",
    ];
    for text in texts {
        assert!(!(hl7v2::FORMAT.is)(&Document::of("a.rs", text.as_bytes().to_vec())), "{text}");
    }
}

#[test]
fn a_claim() {
    assert_eq!(
        persons(&x12::FORMAT, CLAIM),
        "health_plan_id=GRP4471; name=WILLOW; name=TAMSIN; name=RUE; health_plan_id=ZXC998877; address=12 ELM RD; \
         address=APT 4; city=DOVER; zip=19901; dob=19710203; ssn=900112222; phone=3025559876; email=tw@mail.test; \
         account=ACC-7781; date=20240101-20240102; mrn=A0012345; account=CH17"
    );
    assert!(read(&x12::FORMAT, CLAIM).contains(&("prose".to_owned(), "PATIENT FELL".to_owned(), Owner::Unknown, 1)));
}

#[test]
fn a_claim_written_otherwise() {
    let plain = persons(&x12::FORMAT, CLAIM);
    let from_st = &CLAIM[CLAIM.find("ST*").unwrap_or(0)..];
    let written = [
        CLAIM.replace('~', "~\r\n"),
        CLAIM.replace('~', "\n"),
        CLAIM.replace('*', "|").replace('~', "~\n"),
        CLAIM.replacen("          ", "  ", 1),
        format!("2024-01-02 sent {CLAIM} in 12 ms\nnext"),
        format!("s = \"{}\"", CLAIM.replace('~', "~\\n")),
        from_st.to_owned(),
    ];
    for text in written {
        assert_eq!(persons(&x12::FORMAT, &text), plain, "{text}");
    }
}

#[test]
fn enrolment_remittance_and_eligibility() {
    let member = "ST*834*0001~INS*Y*18*030*XN*A***FT~REF*0F*SUB7781~REF*1L*GRP12~DTP*356*D8*20240101~NM1*IL*1*WILLOW*TAMSIN****34*900112222~";
    assert_eq!(
        persons(&x12::FORMAT, member),
        "health_plan_id=SUB7781; health_plan_id=GRP12; date=20240101; name=WILLOW; name=TAMSIN; ssn=900112222"
    );
    let paid = "ST*835*0001~TRN*1*99001*1511~DTM*405*20240105~N1*PR*ACME~N1*PE*HILLVIEW*XX*1234567893~CLP*ACC7*1*100*80**MC*ICN5512*11~NM1*QC*1*WILLOW*TAMSIN****HN*1EG4TE5MK99~";
    assert_eq!(
        persons(&x12::FORMAT, paid),
        "account=ACC7; account=ICN5512; name=WILLOW; name=TAMSIN; health_plan_id=1EG4TE5MK99"
    );
    let asked = "ST*270*0001~HL*1**20*1~NM1*PR*2*ACME*****PI*1~HL*2*1*21*1~NM1*1P*1*OAKEN*BRAM****XX*1~HL*3*2*22*0~TRN*1*T77*9~NM1*IL*1*WILLOW*TAMSIN****MI*M7712~DMG*D8*19710203~";
    assert_eq!(persons(&x12::FORMAT, asked), "name=WILLOW; name=TAMSIN; health_plan_id=M7712; dob=19710203");
}

#[test]
fn every_prefix_is_read() {
    for end in 0..=ORU.len() {
        tiled(&hl7v2::FORMAT, &ORU.as_bytes()[..end]);
    }
    for end in 0..=CLAIM.len() {
        tiled(&x12::FORMAT, &CLAIM.as_bytes()[..end]);
    }
}

/// Fields stand in order, within the document, do not overlap and hold something.
fn tiled(format: &Format, bytes: &[u8]) {
    let _ = (format.is)(&Document::of("message.txt", bytes.to_vec()));
    let mut at = 0;
    for field in fields(format, bytes) {
        assert!(at <= field.value.start && field.value.start < field.value.end && field.value.end <= bytes.len());
        at = field.value.end;
    }
}

#[test]
fn a_log_may_show_its_first_segment_late() {
    let filler = "2026-09-10 14:34:39 INFO [scheduler] nothing happened\n".repeat(4000);
    let pid = "2026-09-10 14:34:40 INFO [scheduler] PID|1||JU8829991^^^HOSP^MR||Keller^Alexander^R||19721223|M\n";
    let claim = "2026-09-10 14:34:41 INFO [edi] NM1*IL*1*KELLER*ALEXANDER****MI*W188290331~DMG*D8*19721223*M~\n";
    let log = format!("{filler}{pid}{claim}");
    for (format, value) in [(hl7v2::FORMAT, "JU8829991"), (x12::FORMAT, "W188290331")] {
        let document = Document::of("app.log", log.clone().into_bytes());
        assert!((format.is)(&document), "{}", format.name);
        assert!(fields(&format, log.as_bytes()).iter().any(|field| &log[field.value.clone()] == value));
    }
}

proptest! {
    #[test]
    fn broken_messages_are_read(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..40)) {
        for (format, text) in [(hl7v2::FORMAT, ORU), (x12::FORMAT, CLAIM)] {
            let mut bytes = text.as_bytes().to_vec();
            for (at, byte) in &flips {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            tiled(&format, &bytes);
        }
    }

    #[test]
    fn any_text_is_read(text in "(MSH|PID|ISA|ST|[|^~&*\\\\\"'`\r\nA-Z0-9 @.]|\\\\r|<CR>){0,80}") {
        for format in [hl7v2::FORMAT, x12::FORMAT] {
            tiled(&format, text.as_bytes());
            tiled(&format, format!("MSH|^~\\&|{text}").as_bytes());
            tiled(&format, format!("ST*837*0001~{text}").as_bytes());
        }
    }
}
