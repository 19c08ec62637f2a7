//! Reports in the format of XARF v4 (<https://xarf.org>), as an abuse desk answers them: whoever reported is told, and
//! that is a disclosure about whoever had the address at that instant.
//!
//! `XARF_SAMPLES` names a folder with more reports, one in each `*.json`: each is recorded.

use std::net::IpAddr;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::harness::Answer;
use crate::harness::build::{RECORD_DISCLOSURES, input};
use crate::harness::host::{Host, held, shared};
use crate::harness::survey::Survey;

/// What goes out in answer to a report: on which ground, how deep, and which data beside the address.
fn answered(category: &str, kind: &str) -> (&'static str, &'static str, &'static [&'static str]) {
    match (category, kind) {
        ("copyright", _) => ("COPYRIGHT_CLAIM", "CONTENT", &["user.content.hosted"]),
        ("reputation", _) => ("BLOCKLIST_REPORT", "SUBSCRIBER", &[]),
        ("messaging", _) => (
            "ABUSE_REPORT",
            "TRAFFIC",
            &["system.operations.mail_log", "user.contact.email"],
        ),
        ("connection", _) => ("ABUSE_REPORT", "TRAFFIC", &["system.operations.netflow"]),
        ("content", _) => ("ABUSE_REPORT", "CONTENT", &["user.content.hosted"]),
        ("infrastructure", _) => ("ABUSE_REPORT", "TRAFFIC", &["system.operations.access_log"]),
        ("vulnerability", _) => ("ABUSE_REPORT", "OTHER_RECORDS", &[]),
        (category, kind) => panic!("no ground is known for {category}/{kind}"),
    }
}

/// The domain of an address of a page, where it is one.
fn domain_of(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let host = authority.rsplit('@').next()?.split(':').next()?;
    let is_domain = host.contains('.') && host.parse::<IpAddr>().is_err();
    is_domain.then(|| host.to_owned())
}

/// Whoever had the source of a report, with all that the report tells about them.
fn source(report: &Value) -> Value {
    let (source, at) = (&report["source_identifier"], &report["timestamp"]);
    if source.as_str().unwrap().parse::<IpAddr>().is_err() {
        return json!({ "domain": { "name": source, "at": at } });
    }
    let url = report["url"].as_str().or(report["infringing_url"].as_str());
    let mut ip = json!({ "address": source, "at": at });
    for (what, known) in [
        ("port", report["source_port"].clone()),
        ("domain", json!(url.and_then(domain_of))),
        ("mailbox", report["smtp_from"].clone()),
    ] {
        if !known.is_null() {
            ip[what] = known;
        }
    }
    json!({ "ip": ip })
}

/// A report as the disclosure that answers it.
fn disclosure(report: &Value) -> Value {
    let text = |field: &str| {
        report[field]
            .as_str()
            .unwrap_or_else(|| panic!("no {field}: {report}"))
    };
    let (category, kind) = (text("category"), text("type"));
    assert!(text("xarf_version").starts_with("4."), "{report}");
    let (ground, tier, data) = answered(category, kind);
    let data: Vec<_> = ["user.device.ip_address"].iter().chain(data).collect();
    json!({
        "recipient": { "name": report["reporter"]["org"], "role": "PRIVATE_PARTY" },
        "ground": ground,
        "purpose": "essential.service.abuse_handling",
        "dataCategories": data,
        "tier": tier,
        "method": "EMAIL",
        "disclosedAt": "2026-11-20T09:00:00Z",
        "reference": format!("XARF {}", text("report_id")),
        "note": format!("{category}/{kind}"),
        "subjects": [{ "by": source(report) }],
        "idempotencyKey": text("report_id"),
    })
}

async fn record(host: &Host, reports: &[Value]) -> Answer {
    let disclosures: Vec<_> = reports.iter().map(disclosure).collect();
    let variables = input(&json!({ "disclosures": disclosures }));
    host.abuse.run(RECORD_DISCLOSURES, variables).await
}

/// A report with what all of them have, and more.
fn report(number: u32, kind: (&str, &str), source: &str, more: Value) -> Value {
    let reporter = json!({ "org": "A watcher of the net", "contact": "abuse@watcher.example", "domain": "watcher.example" });
    let mut report = json!({
        "xarf_version": "4.2.0",
        "report_id": format!("00000000-0000-4000-8000-{number:012}"),
        "timestamp": "2026-11-03T14:01:00Z",
        "reporter": reporter,
        "sender": reporter,
        "source_identifier": source,
        "category": kind.0,
        "type": kind.1,
        "evidence_source": "automated_scan",
        "evidence": [{ "content_type": "text/plain", "payload": "bm90IHJlYWQ=" }],
    });
    for (field, value) in more.as_object().unwrap() {
        report[field] = value.clone();
    }
    report
}

/// One of each kind, with the client that is meant and the ground on which the answer is recorded.
fn reports() -> Vec<(Value, &'static str, &'static str)> {
    let page =
        json!({ "url": "https://user@login.shop.example:8443/a?b", "target_brand": "A bank" });
    let film =
        json!({ "infringing_url": "http://films.shop.example/1.mp4", "work_title": "A film" });
    let mail = json!({ "protocol": "smtp", "smtp_from": "News@Club.example", "source_port": 25, "subject": "A prize" });
    let login = json!({ "protocol": "tcp", "source_port": 45_621, "destination_port": 22, "attempt_count": 7 });
    let flood = json!({ "protocol": "tcp", "source_port": 1_024, "destination_ip": "198.51.100.1", "peak_pps": 7 });
    let rdp = json!({ "service": "rdp", "source_port": 3_389, "risk_level": "high" });
    let shell = json!({ "compromise_type": "webshell", "source_port": 80 });
    let listed = json!({ "threat_type": "command_and_control", "confidence_score": 95 });
    vec![
        (
            report(1, ("connection", "ddos"), "100.64.0.9", flood),
            "first ports",
            "ABUSE_REPORT",
        ),
        (
            report(2, ("connection", "login_attack"), "100.64.0.9", login),
            "last ports",
            "ABUSE_REPORT",
        ),
        (
            report(3, ("content", "phishing"), "203.0.113.7", page),
            "shop",
            "ABUSE_REPORT",
        ),
        (
            report(4, ("copyright", "copyright"), "203.0.113.7", film),
            "shop",
            "COPYRIGHT_CLAIM",
        ),
        (
            report(
                5,
                ("infrastructure", "compromised_server"),
                "192.0.2.1",
                shell,
            ),
            "server",
            "ABUSE_REPORT",
        ),
        (
            report(6, ("messaging", "spam"), "203.0.113.7", mail),
            "club",
            "ABUSE_REPORT",
        ),
        (
            report(7, ("reputation", "blocklist"), "2001:db8:7::1", listed),
            "server",
            "BLOCKLIST_REPORT",
        ),
        (
            report(8, ("vulnerability", "open_service"), "192.0.2.1", rdp),
            "server",
            "ABUSE_REPORT",
        ),
    ]
}

async fn provider() -> Host {
    let host = Host::start().await;
    for client in ["shop", "club", "server", "first ports", "last ports"] {
        host.client(client).await;
    }
    let ports =
        |first: i32, last: i32| json!({ "address": "100.64.0.9", "first": first, "last": last });
    host.hold(&[
        shared(held("shop", "ipPrefix", json!("203.0.113.7"))),
        shared(held("club", "ipPrefix", json!("203.0.113.7"))),
        held("shop", "domain", json!("shop.example")),
        held("club", "mailbox", json!("news@club.example")),
        held("server", "ipPrefix", json!("192.0.2.0/29")),
        held("server", "ipPrefix", json!("2001:db8:7::/48")),
        held("first ports", "portRange", ports(0, 32_767)),
        held("last ports", "portRange", ports(32_768, 65_535)),
    ])
    .await;
    host
}

#[tokio::test]
async fn a_report_of_each_kind_is_answered_and_on_record() {
    let host = provider().await;
    let all: Vec<_> = reports().into_iter().map(|(report, ..)| report).collect();
    let recorded = record(&host, &all).await;
    for (n, (report, client, ground)) in reports().into_iter().enumerate() {
        let id = recorded.text_at(&format!("recordDisclosures.results.{n}.disclosure.id"));
        let query = "query($id: ID!) { node(id: $id) { ... on Disclosure { ground reference note dataCategories
            recipient { name } subjects { resolution customer { identifiers { value } } } } } }";
        let found = host.owner.run(query, json!({ "id": id })).await;
        let disclosure = found.get("node");
        let customer = json!({ "identifiers": [{ "value": client }] });
        let subject = json!([{ "resolution": "RESOLVED", "customer": customer }]);
        assert_eq!(
            (&disclosure["subjects"], &disclosure["ground"]),
            (&subject, &json!(ground)),
            "{report}"
        );
        let reference = format!("XARF {}", report["report_id"].as_str().unwrap());
        assert_eq!(disclosure["reference"], reference);
        assert_eq!(disclosure["recipient"]["name"], "A watcher of the net");
        assert!(
            disclosure["dataCategories"]
                .as_array()
                .unwrap()
                .contains(&json!("user.device.ip_address"))
        );
    }
    // Reports are delivered twice: each has an id.
    let again = record(&host, &all).await;
    assert_eq!(again.ok(), recorded.ok());
    let survey = Survey::of(host.app.database()).await;
    assert_eq!(survey.count("disclosure").await, 8);
    survey.assert_whole().await;
    survey.close().await;
    host.stop().await;
}

/// Reports as files, all of whose sources are one client's: those above, or those of the folder that is given.
#[tokio::test]
async fn every_report_of_a_folder_is_recorded() {
    let own = tempfile::tempdir().unwrap();
    for (n, (report, ..)) in reports().iter().enumerate() {
        std::fs::write(own.path().join(format!("{n}.json")), report.to_string()).unwrap();
    }
    let given = std::env::var_os("XARF_SAMPLES").map(PathBuf::from);
    let folder = given.unwrap_or_else(|| own.path().to_owned());
    let files = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = files
        .filter(|path| path.extension().is_some_and(|end| end == "json"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no report in {}", folder.display());
    let host = Host::start().await;
    let client = host.client("all of them").await;
    let mut reports: Vec<Value> = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let report: Value = serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let source = report["source_identifier"].as_str().unwrap();
        let kind = if source.parse::<IpAddr>().is_ok() {
            "ipPrefix"
        } else {
            "domain"
        };
        let mut held = held("all of them", kind, json!(source));
        held["from"] = json!("2020-01-01T00:00:00Z");
        host.hold(&[held]).await;
        reports.push(report);
    }
    let recorded = record(&host, &reports).await;
    for (n, file) in files.iter().enumerate() {
        let id = recorded.text_at(&format!("recordDisclosures.results.{n}.disclosure.id"));
        let disclosure = host.disclosure(&id).await;
        let customer = &disclosure["subjects"][0]["customer"]["id"];
        assert_eq!(
            customer,
            client.as_str(),
            "{}: {disclosure}",
            file.display()
        );
    }
    host.stop().await;
}
