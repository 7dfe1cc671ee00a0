"""Tests of running a copy on embedded servers."""
