"""Great Expectations in a process of its own: it takes seconds to import and 200 MB, so nobody else imports it and it lives only while windows are judged."""
