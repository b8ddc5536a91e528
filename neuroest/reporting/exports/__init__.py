"""Exports of an estimate to files and tables of other tools."""
