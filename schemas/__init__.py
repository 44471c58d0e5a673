"""The contract everyone signs: Avro event types, envelope, codec, wire format, topics. Imports nothing of ours."""
