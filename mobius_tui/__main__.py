from mobius_tui.main import main

main()
