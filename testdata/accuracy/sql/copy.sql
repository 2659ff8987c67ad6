COPY public.guarantor (id, full_name, relation, tel, card_no, iban, plate) FROM stdin;
1	⟦name:Ottilie Grünwald⟧	mother	⟦phone:+1 503 226 0917⟧	⟦account:4248880407238624⟧	\N	⟦vehicle:ORE 884⟧
2	⟦name:Babatunde Ogunbanjo⟧	self	⟦phone:971.322.8841⟧	\N	⟦account:DE44500105175407324931⟧	\N
\.
SELECT pg_catalog.setval('public.guarantor_id_seq', 2, true);
