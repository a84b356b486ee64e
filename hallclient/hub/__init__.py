"""The hub: everything that is PostgreSQL. Its SQL, how it is set up and kept, how it is called.

psycopg is loaded by the function that needs it: nobody without a hub pays for it.
"""
