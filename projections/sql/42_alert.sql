-- Alerts: written when a fold finds one, `raised` when it has been published to hub.alerts.
create table if not exists alert (
    alert_id uuid primary key,
    child uuid not null,
    rule text not null,
    edition text not null,
    kind text not null,
    evidence uuid[] not null,
    locked boolean not null,
    sentence text not null,
    due timestamptz,
    raised timestamptz
);
create index if not exists alert_child on alert (child);
create index if not exists alert_waiting on alert (alert_id) where raised is null;
