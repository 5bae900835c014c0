"""Invoices for the kiosk's customers on account, written every night."""
