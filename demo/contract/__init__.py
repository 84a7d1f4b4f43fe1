"""The promises of `demo.testing.SchemeContract`, by concept, and the client they test with."""
