"""Patients (người bệnh): who somebody is, under all the numbers they ever had."""
