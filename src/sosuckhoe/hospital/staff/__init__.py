"""Staff (nhân sự): people, their roles, the facility and its units."""
