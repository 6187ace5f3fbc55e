#!/usr/bin/python3
"""Write what was sold into a file. Runs every minute; its connection to the database lives for less than a second."""

import os
import time

import psycopg2

connection = psycopg2.connect(os.environ["BILLING_DSN"])
with connection.cursor() as cursor:
    cursor.execute("select sum(quantity * price) from orders")
    total = cursor.fetchone()[0]
connection.close()
with open(time.strftime("/srv/bills/%Y%m%d-%H%M.txt"), "w") as file:
    file.write(f"{total}\n")
