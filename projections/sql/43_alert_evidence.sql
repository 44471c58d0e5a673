-- An alert is looked for by the first event of its evidence, since the child that it was raised about may have another name by now.
create index if not exists alert_evidence on alert ((evidence[1]));
