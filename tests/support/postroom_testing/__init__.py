"""What the tests that speak IMAP share: connections, SCRAM, servers, reports."""
